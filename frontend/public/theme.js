// Runs before the first paint so that a dark screen never flashes white. app/preferences.ts owns the setting.
;(function () {
  var theme = null
  try {
    theme = localStorage.getItem('lingke.theme')
  } catch {
    // Storage may be forbidden; the system's choice is used then.
  }
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
