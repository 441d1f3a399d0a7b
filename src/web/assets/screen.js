// A wall display: asks for its own page every 15 seconds and puts the part that changed in place. When the line is lost the
// last word stays, with a line that says so; a browser's own error page would stay on the wall until somebody comes.
;(function () {
  var lost = document.getElementById('lost')
  var missed = 0
  function look() {
    fetch(location.href, { cache: 'no-cache' })
      .then(function (reply) {
        if (!reply.ok) throw new Error(String(reply.status))
        return reply.text()
      })
      .then(function (text) {
        var fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('main')
        var here = document.getElementById('main')
        if (fresh && here && fresh.innerHTML !== here.innerHTML) here.replaceWith(document.adoptNode(fresh))
        missed = 0
        lost.hidden = true
      })
      .catch(function () {
        missed += 1
        if (missed > 2) lost.hidden = false
      })
  }
  setInterval(look, 15000)
})()
