// Shows what is pushed. A newer word about a quake takes the older one's place: same tag, and rings again.
// No page is kept here: what is shown always comes from the server.
const STATE = '/push-state'

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

const show = async (message) => {
  if (!message) {
    // A push must show something; what cannot be read is not guessed at.
    return self.registration.showNotification('本局有新的公告', { body: '请打开本站查看。', lang: 'zh-CN', data: { url: '/' } })
  }
  const shown = await self.registration.getNotifications({ tag: message.tag })
  const newer = shown.find((one) => one.data && one.data.at > message.at)
  if (newer) {
    // Overtaken on its way: the newer word stays, without ringing again.
    const { title, body, lang, data } = newer
    return self.registration.showNotification(title, { body, lang, data, tag: message.tag, silent: true })
  }
  let { title } = message
  if (message.withdrawn) title = mark(title, '【撤回】')
  if (message.drill) title = mark(title, '【演练】')
  return self.registration.showNotification(title, {
    body: message.body || '',
    tag: message.tag,
    renotify: true,
    lang: 'zh-CN',
    icon: '/assets/icon.svg',
    timestamp: Date.parse(message.at) || Date.now(),
    data: { url: message.url, at: message.at || '' },
    actions: [{ action: 'leave', title: '退订' }],
  })
}

self.addEventListener('push', (event) => event.waitUntil(show(event.data ? read(event.data) : null)))

const recall = async () => {
  const found = await (await caches.open('push')).match(STATE)
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
  await (await caches.open('push')).put(STATE, new Response(JSON.stringify({ ...state, ...next })))
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
    await (await caches.open('push')).delete(STATE)
    const body = '浏览器更换了推送地址，未能自动续订。点此重新订阅。'
    const lang = 'zh-CN'
    await self.registration.showNotification('地震推送订阅已中断', { body, lang, data: { url: '/subscribe' } })
  }
}
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(change(event)))
