import {createRoot} from 'react-dom/client'
import {App} from './App.jsx'

export function mount(root) {
  createRoot(root).render(<App />)
}
