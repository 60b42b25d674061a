/*
 * Words on the page that are cut off: outside a box that hides what does not fit, or past their own box. Meant to be cut is
 * what ends in an ellipsis: it can be read in full by pointing at it
 * (ui/fullWords). Answers lines: what is wrong, which box, which words.
 */
;() => {
  const found = new Set()
  const isShown = (element) => element.checkVisibility({ checkVisibilityCSS: true })
  function faultOf(owner, text) {
    for (let box = owner; box !== null && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box)
      const edge = box.getBoundingClientRect()
      if (style.position === 'fixed' || style.clipPath !== 'none') return null
      const isCut = text.right > edge.right + 1 || text.left < edge.left - 1
      if (/auto|scroll/.test(style.overflowX)) return null
      if (/hidden|clip/.test(style.overflowX)) {
        const ends = style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none'
        if (isCut && !ends) return ['cut', box]
        if (ends) return null
      } else if (isCut && box === owner && style.display !== 'inline') return ['past its box', box]
    }
    return null
  }

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const words = node.textContent.trim()
    const owner = node.parentElement
    if (!words || !isShown(owner) || owner.closest('.sr, .skip, option')) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const fault = faultOf(owner, range.getBoundingClientRect())
    if (fault) found.add(`${fault[0]}: ${fault[1].className}: ${words.slice(0, 40)}`)
  }
  return [...found]
}
