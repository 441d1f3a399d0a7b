// Shows what is pushed. A newer word about a quake takes the older one's place: same tag, and rings again.
// No page is kept here: what is shown always comes from the server.
const STATE = '/push-state'
// The newest word about each quake, of so many quakes: the tray forgets what was wiped away, and asks late.
const NEWEST = '/push-newest/'
const MOST_NEWEST = 50

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

const mark = (title, sign) => (title.includes(sign) ? title : sign + title)

const read = (data) => {
  try {
    const message = data.json()
    return typeof message.title === 'string' && typeof message.tag === 'string' ? message : null
  } catch {
    return null
  }
}

const openMemory = () => caches.open('push')

// A clock may be set back between two reports of one notice; their numbers go up.
const isOlder = (one, other) =>
  one.serial && one.serial === other.serial ? one.report < other.report : one.at < other.at

// The newest word about that quake which this browser was ever given: push services keep no order (RFC 8030), and a
// withdrawal that was read and wiped away must not be followed by what it withdrew.
const keepNewest = async (message) => {
  const memory = await openMemory()
  const place = NEWEST + encodeURIComponent(message.tag)
  const found = await memory.match(place)
  const newest = found ? await found.json() : null
  if (newest && isOlder(message, newest)) return newest
  await memory.delete(place)
  await memory.put(place, new Response(JSON.stringify(message)))
  const places = (await memory.keys()).filter(({ url }) => new URL(url).pathname.startsWith(NEWEST))
  await Promise.all(places.slice(0, -MOST_NEWEST).map((one) => memory.delete(one)))
  return message
}

const show = async (given) => {
  if (!given) {
    // A push must show something; what cannot be read is not guessed at.
    return self.registration.showNotification('本局有新的公告', { body: '请打开本站查看。', lang: 'zh-CN', data: { url: '/' } })
  }
  // A full disk keeps no word back.
  const message = await keepNewest(given).catch(() => given)
  let { title } = message
  if (message.withdrawn) title = mark(title, '【撤回】')
  if (message.drill) title = mark(title, '【演练】')
  const options = {
    body: message.body || '',
    tag: message.tag,
    lang: 'zh-CN',
    icon: '/assets/icon.svg',
    timestamp: Date.parse(message.at) || Date.now(),
    data: { url: message.url },
    actions: [{ action: 'leave', title: '退订' }],
  }
  // What was overtaken on its way is answered by the newer word once more, without ringing again.
  const rings = message === given && !message.quiet
  return self.registration.showNotification(title, { ...options, ...(rings ? { renotify: true } : { silent: true }) })
}

// One after the other: of two that come in one moment, the second must know of the first.
let turn = Promise.resolve()
const showInTurn = (message) => {
  turn = turn.catch(() => undefined).then(() => show(message))
  return turn
}

self.addEventListener('push', (event) => event.waitUntil(showInTurn(event.data ? read(event.data) : null)))

const recall = async () => {
  const found = await (await openMemory()).match(STATE)
  return found ? found.json() : null
}

const open = async (action, url) => {
  if (action === 'leave') {
    const state = await recall()
    return self.clients.openWindow(state ? `/unsubscribe/${state.id}.${state.unsubscribe}` : '/subscribe')
  }
  let target = new URL('/', self.location.origin)
  try {
    const given = new URL(url, self.location.origin)
    // Never to another site, whatever a message says.
    if (given.origin === self.location.origin) target = given
  } catch {
    // The first page, then.
  }
  return self.clients.openWindow(target.href)
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.action, event.notification.data && event.notification.data.url))
})

// The browser has changed the subscription by itself: the choice and the consent go on. Some say neither what was nor what is.
const renew = async (event, state) => {
  const old = event.oldSubscription
  const options = old ? old.options : { userVisibleOnly: true, applicationServerKey: state.key }
  const made = event.newSubscription || (await self.registration.pushManager.subscribe(options))
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ ...made.toJSON(), ...state.choice, consent: state.consent })
  const reply = await fetch('/api/v1/push/subscriptions', { method: 'POST', headers, body })
  if (!reply.ok) throw new Error(`HTTP ${reply.status}`)
  const next = await reply.json()
  await (await openMemory()).put(STATE, new Response(JSON.stringify({ ...state, ...next })))
  if (next.id === state.id) return
  // Its address is dead: should this fail, the push service will say so of it.
  await fetch(`/api/v1/push/subscriptions/${state.id}`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${state.unsubscribe}` },
  }).catch(() => undefined)
}
// Nobody must believe to be subscribed who is not: what agreed to another text, or found no server, begins again by hand.
const change = async (event) => {
  const state = await recall()
  if (!state) return
  try {
    await renew(event, state)
  } catch {
    await (await openMemory()).delete(STATE)
    const body = '浏览器更换了推送地址，未能自动续订。点此重新订阅。'
    const lang = 'zh-CN'
    await self.registration.showNotification('地震推送订阅已中断', { body, lang, data: { url: '/subscribe' } })
  }
}
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(change(event)))
