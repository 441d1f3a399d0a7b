// Subscribes this browser to pushes, changes and ends it. What cannot work is said at once, with what works instead.
(() => {
  const API = '/api/v1/push/subscriptions'
  const STATE = '/push-state'
  const PATIENCE = 10000
  const form = document.getElementById('push')
  if (!form) return
  const status = document.getElementById('push-status')
  const mine = document.getElementById('push-mine')
  const submit = form.querySelector('button')
  const say = (key, more) => {
    const word = document.querySelector(`#push-words [data-word="${key}"]`)
    status.textContent = (word ? word.textContent : '') + (more ? ` ${more}` : '')
    status.dataset.said = key
    status.hidden = false
  }
  const fail = (key) => Object.assign(new Error(key), { said: key })

  // Kept where the service worker finds it as well; a cookie would go to the server with every page.
  const keep = async (state) => {
    const store = await caches.open('push')
    if (state) await store.put(STATE, new Response(JSON.stringify(state)))
    else await store.delete(STATE)
  }
  const recall = async () => {
    const found = await (await caches.open('push')).match(STATE)
    return found ? found.json() : null
  }

  const number = (name) => (form.elements[name].value === 'none' ? null : Number(form.elements[name].value))
  const readChoice = () => ({
    districts: [...form.querySelectorAll('[name=districts]:checked')].map((box) => box.value),
    minIntensity: number('minIntensity'),
    minMagnitude: number('minMagnitude'),
    night: number('night'),
    digest: form.elements.digest.checked,
    rebuttals: form.elements.rebuttals.checked,
  })
  const showChoice = (choice) => {
    for (const box of form.querySelectorAll('[name=districts]')) box.checked = choice.districts.includes(box.value)
    for (const name of ['minIntensity', 'minMagnitude', 'night']) {
      const value = choice[name]
      const option = [...form.elements[name].options].find((one) => Number(one.value) === value)
      form.elements[name].value = option ? option.value : 'none'
    }
    form.elements.digest.checked = choice.digest
    form.elements.rebuttals.checked = choice.rebuttals
  }

  const bytesOf = (text) => {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
  }
  // Where the browser's push service cannot be reached, subscribe() never ends by itself.
  const within = (promise) =>
    Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(fail('timeout')), PATIENCE))])
  const ask = async (method, path, state, body) => {
    const headers = {}
    if (state) headers.authorization = `Bearer ${state.unsubscribe}`
    if (body) headers['content-type'] = 'application/json'
    const reply = await within(fetch(API + path, { method, headers, body: body && JSON.stringify(body) }))
    if (reply.status === 404) throw fail('gone')
    if (!reply.ok) {
      const { error } = await reply.json().catch(() => ({}))
      throw Object.assign(fail('failed'), { more: error })
    }
    return reply.status === 204 ? null : reply.json()
  }

  const subscribe = async () => {
    if (!form.elements.consent.checked) throw fail('consent')
    if ((await Notification.requestPermission()) !== 'granted') throw fail('denied')
    const registration = await within(navigator.serviceWorker.register('/sw.js', { scope: '/' }))
    await within(navigator.serviceWorker.ready)
    const applicationServerKey = bytesOf(form.dataset.key)
    const before = await registration.pushManager.getSubscription()
    if (before) await before.unsubscribe()
    const made = await within(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey }))
    const choice = readChoice()
    const language = document.documentElement.lang === 'en' ? 'en' : 'zh'
    const consent = { version: form.dataset.version, language }
    const state = await ask('POST', '', null, { ...made.toJSON(), ...choice, consent })
    await keep({ ...state, choice, consent, key: form.dataset.key })
  }

  const show = async () => {
    const state = await recall()
    mine.hidden = !state
    form.elements.consent.closest('label').hidden = Boolean(state)
    submit.textContent = state ? submit.dataset.save : submit.dataset.start
    if (!state) return
    showChoice(state.choice)
    const link = document.getElementById('push-link')
    link.href = `/unsubscribe/${state.id}.${state.unsubscribe}`
  }

  const carryOut = async (act) => {
    submit.disabled = true
    try {
      await act()
    } catch (error) {
      if (error.said === 'gone') await keep(null)
      say(error.said || (error.name === 'NotAllowedError' ? 'denied' : 'failed'), error.more)
    }
    submit.disabled = false
    await show()
  }
  const run = (act) => (event) => {
    event.preventDefault()
    void carryOut(act)
  }

  form.addEventListener(
    'submit',
    run(async () => {
      const state = await recall()
      say('asking')
      if (!state) {
        await subscribe()
        return say('on')
      }
      const choice = readChoice()
      await ask('PATCH', `/${state.id}`, state, choice)
      await keep({ ...state, choice })
      say('saved')
    }),
  )
  document.getElementById('push-stop').addEventListener(
    'click',
    run(async () => {
      const state = await recall()
      if (state) await ask('DELETE', `/${state.id}`, state)
      await keep(null)
      const registration = await navigator.serviceWorker.getRegistration('/')
      const made = registration && (await registration.pushManager.getSubscription())
      if (made) await made.unsubscribe()
      say('gone')
    }),
  )
  document.getElementById('push-export').addEventListener(
    'click',
    run(async () => {
      const state = await recall()
      const data = document.getElementById('push-data')
      data.textContent = JSON.stringify(await ask('GET', `/${state.id}`, state), null, 2)
      data.hidden = false
    }),
  )

  const isIos = /iPhone|iPad|iPod/.test(navigator.userAgent)
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window && 'caches' in window)) {
    say(isIos ? 'ios' : 'unsupported')
    return
  }
  form.hidden = false
  show().catch(() => say('failed'))
})()
