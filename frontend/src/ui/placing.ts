/** Where something small goes beside its opener: on the side asked for, on the other one without room, never off screen. */

export type Placement = 'bottom-end' | 'bottom-start' | 'top-end'

interface Size {
  width: number
  height: number
}

const GAP = 6
const MARGIN = 8

/** Left and top in pixels of the window. */
export function placeOf(
  opener: Pick<DOMRect, 'left' | 'right' | 'top' | 'bottom'>,
  panel: Size,
  room: Size,
  placement: Placement,
): { left: number; top: number } {
  const above = opener.top - GAP - panel.height
  const below = opener.bottom + GAP
  const fitsBelow = below + panel.height <= room.height - MARGIN
  const fitsAbove = above >= MARGIN
  const goesAbove = placement === 'top-end' ? fitsAbove || !fitsBelow : !fitsBelow && fitsAbove
  const left = placement === 'bottom-start' ? opener.left : opener.right - panel.width
  return {
    left: within(left, room.width - panel.width - MARGIN),
    top: within(goesAbove ? above : below, room.height - panel.height - MARGIN),
  }
}

function within(value: number, most: number): number {
  return Math.round(Math.max(MARGIN, Math.min(value, most)))
}
