// Fetches #live of this page anew when /live says that a notice was shown. Without it the page works as well.
(() => {
  const page = document
  const find = (selector, from = page) => from.querySelector(selector)
  if (!find('#live')) return
  const zh = page.documentElement.lang === 'zh-CN'
  const note = page.createElement('p')
  note.className = 'note'
  note.setAttribute('role', 'status')
  find('#live').before(note)
  let due = ''
  let timer = 0
  const isThere = (code, part) => code === null || find(`a[href$="n/${code}"]`, part) !== null
  const fetchPart = async () => {
    timer = 0
    const code = due
    const reply = await fetch(location.pathname + location.search, { cache: 'no-cache' })
    const fresh = find('#live', new DOMParser().parseFromString(await reply.text(), 'text/html'))
    if (!fresh || !isThere(code, fresh)) throw new Error(code)
    const focused = find('#live a:focus')
    find('#live').replaceWith(fresh)
    if (focused) (find(`#live a[href="${focused.getAttribute('href')}"]`) || fresh).focus()
    note.textContent = `${zh ? '本页已更新：' : 'Updated: '}${find('h1', fresh).textContent}`
    if (due === code) due = ''
    else plan(0)
  }
  // Ten thousand pages hear it in one moment: each asks at its own, within two seconds, and only while it is looked at.
  const plan = (tries, within = 2000) => {
    if (due === '' || timer || page.hidden || tries > 4) return
    timer = setTimeout(() => void fetchPart().catch(() => plan(tries + 1, 900 * (tries + 1))), Math.random() * within)
  }
  page.addEventListener('visibilitychange', () => plan(0))
  const hear = ({ newest, code = newest, reset }) => {
    if (reset || !isThere(code)) due = code
    plan(0)
  }
  const age = (since) => {
    const at = since && new Date(since).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false })
    if (!find('.mark-stale')) note.textContent = at ? (zh ? `以下为截至 ${at} 的内容` : `As of ${at} Beijing time`) : ''
    else if (!at) find('.mark-stale').remove()
  }
  let after = ''
  const poll = async () => {
    setTimeout(() => void poll(), 10000 + Math.random() * 10000)
    if (page.hidden) return
    const reply = await fetch(`/api/v1/changes${after}`)
    // A refusal says nothing of the record: what the page says of its age stays.
    if (!reply.ok) return
    const told = await reply.json()
    after = `?after=${told.next}`
    hear(told)
    age(told.stale)
  }
  if (!window.EventSource) return void poll()
  const stream = new EventSource('/live')
  const on = (type, act) => stream.addEventListener(type, ({ data }) => act(JSON.parse(data)))
  on('hello', hear)
  on('notice', hear)
  on('reset', ({ newest }) => hear({ newest, reset: true }))
  on('stale', ({ since }) => age(since))
  on('fresh', () => age())
  // Turned away (503): a browser does not come again by itself.
  stream.addEventListener('error', () => {
    if (stream.readyState === 2) void poll()
  })
})()
