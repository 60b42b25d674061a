// In the page before its first script: when the first row of the list is on the screen, and what the frames take.
;(() => {
  const state = (window.__bench = { row: null, frames: [] })
  const look = () => {
    if (state.row !== null || !document.querySelector('[data-testid=request-row]')) return
    observer.disconnect()
    // After the next frame it has been painted.
    requestAnimationFrame(() => setTimeout(() => (state.row = performance.now())))
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { childList: true, subtree: true })
  state.watchFrames = () => {
    state.frames = []
    let before = null
    state.watching = true
    const frame = (now) => {
      if (before !== null) state.frames.push(now - before)
      before = now
      if (state.watching) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  }
})()
