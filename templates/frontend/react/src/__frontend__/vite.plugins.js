import react from '@vitejs/plugin-react'

export default [react()]
