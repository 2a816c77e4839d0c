/** Keeps the numbers of the dashboard fresh while it is looked at. */

const INTERVAL_MS = 2000

async function refresh(): Promise<void> {
  if (document.hidden) return
  const stale = document.getElementById('stale')!
  try {
    const facts = (await (await fetch('/_/facts')).json()) as Readonly<Record<string, string | number>>
    for (const element of document.querySelectorAll<HTMLElement>('[data-fact]'))
      element.textContent = String(facts[element.dataset.fact!] ?? element.textContent)
    stale.hidden = true
  } catch {
    stale.hidden = false
  }
}

setInterval(refresh, INTERVAL_MS)
document.addEventListener('visibilitychange', refresh)
