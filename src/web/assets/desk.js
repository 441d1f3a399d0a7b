// In: a hint that something changed. Out: the part of the page that is open, fetched anew. Carries no truth: without it the
// page reloads itself (noscript) and every act is a form.
const page = document.body
const main = document.getElementById('main')
const address = page.dataset.live
let under = false
let again = false
let offset = 0

const isBusy = () => {
  const at = document.activeElement
  return at !== null && main.contains(at) && ['INPUT', 'SELECT', 'TEXTAREA'].includes(at.tagName)
}

const look = () => {
  void refresh()
}

async function refresh() {
  if (under || isBusy()) {
    again = true
    return
  }
  under = true
  again = false
  try {
    const reply = await fetch(address, { headers: { accept: 'text/html' } })
    if (reply.status === 401 || reply.redirected) {
      location.reload()
      return
    }
    if (!reply.ok) return
    replace(await reply.text())
  } catch {
    // The next hint or the next look tries again.
  } finally {
    under = false
    if (again) setTimeout(look, 1000)
  }
}

/** What somebody has opened stays open, and the key under the thumb keeps its place. */
function replace(html) {
  const opened = [...main.querySelectorAll('details')].map((one) => one.open)
  const at = document.activeElement
  const keys = [...main.querySelectorAll('a,button,summary')]
  const key = at ? keys.indexOf(at) : -1
  const label = key < 0 ? '' : at.textContent
  main.innerHTML = html
  main.querySelectorAll('details').forEach((one, i) => {
    if (opened[i]) one.open = true
  })
  const same = [...main.querySelectorAll('a,button,summary')]
  const found = same[key]?.textContent === label ? same[key] : same.find((one) => one.textContent === label)
  if (key >= 0) found?.focus({ preventScroll: true })
  readClock()
}

function readClock() {
  const now = main.querySelector('[data-now]')
  if (now) offset = Number(now.dataset.now) - Date.now()
  tick()
}

const write = (ms) => {
  const seconds = Math.max(0, Math.round(ms / 1000))
  return seconds < 60 ? `${seconds} 秒` : `${Math.floor(seconds / 60)} 分 ${String(seconds % 60).padStart(2, '0')} 秒`
}

function tick() {
  for (const one of main.querySelectorAll('[data-due] b,[data-since] b')) {
    const { due, since } = one.closest('[data-due],[data-since]').dataset
    one.textContent = write(due ? due - Date.now() - offset : Date.now() + offset - since)
  }
}

readClock()
setInterval(tick, 1000)
setInterval(look, 15000)
addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') look()
})
const hints = globalThis.io?.({ path: '/desk/live', transports: ['websocket', 'polling'] })
hints?.on('changed', look)
// After a break something may have been missed.
hints?.on('connect', look)
