import {mount as mountComponent} from 'svelte'
import App from './App.svelte'

export function mount(target) {
  mountComponent(App, {target})
}
