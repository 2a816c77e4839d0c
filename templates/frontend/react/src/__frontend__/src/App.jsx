import {useEffect, useState} from 'react'
import {backend} from './backend.js'

export function App() {
  const [greeting, setGreeting] = useState('')
  const [count, setCount] = useState()

  useEffect(() => {
    backend.get().then(setCount)
  }, [])

  const greet = async (event) => {
    event.preventDefault()
    setGreeting(await backend.greet(new FormData(event.target).get('name')))
  }

  return (
    <>
      <h1>__project__</h1>
      <form onSubmit={greet}>
        <input name="name" placeholder="Your name" required />
        <button>Greet</button>
      </form>
      <p role="status">{greeting}</p>
      <p>
        Count: {count === undefined ? '…' : String(count)}{' '}
        <button type="button" onClick={async () => setCount(await backend.increment())}>
          Increment
        </button>
      </p>
    </>
  )
}
