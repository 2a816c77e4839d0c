import {backend} from './backend.js'

export function mount(root) {
  root.innerHTML = `
    <h1>__project__</h1>
    <form>
      <input name="name" placeholder="Your name" required />
      <button>Greet</button>
    </form>
    <p class="greeting" role="status"></p>
    <p>Count: <span class="count">…</span> <button class="increment" type="button">Increment</button></p>
  `
  const find = (selector) => root.querySelector(selector)
  const show = (count) => {
    find('.count').textContent = String(count)
  }
  find('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    find('.greeting').textContent = await backend.greet(new FormData(event.target).get('name'))
  })
  find('.increment').addEventListener('click', async () => show(await backend.increment()))
  backend.get().then(show)
}
