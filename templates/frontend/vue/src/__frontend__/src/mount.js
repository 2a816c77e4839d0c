import {createApp} from 'vue'
import App from './App.vue'

export function mount(root) {
  createApp(App).mount(root)
}
