// A wall display: asks for its own page every 15 seconds and puts the part that changed in place. When three questions got no
// answer the last word stays, with a line that says so; a browser's own error page would stay on the wall until somebody
// comes. Plain ES2017: players behind walls are old, and one that cannot read this would not refresh at all.
;(function () {
  const lost = document.getElementById('lost')
  let missed = 0
  async function look() {
    // Counted before the answer: on a dead line there is none, not even a failure.
    lost.hidden = missed < 3
    missed += 1
    const reply = await fetch(location.href, { cache: 'no-cache' })
    if (!reply.ok) return
    const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html').getElementById('main')
    const here = document.getElementById('main')
    if (fresh && here && fresh.innerHTML !== here.innerHTML) here.replaceWith(document.adoptNode(fresh))
    missed = 0
    lost.hidden = true
  }
  setInterval(() => void look().catch(() => undefined), 15000)
})()
