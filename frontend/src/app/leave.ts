/**
 * Leave for the login page by loading it anew: whatever the last person saw is gone from memory with the page.
 * Drafts and unsent replies stay in this browser, each under its owner's number.
 */

let planned: string | null = null
let leaving = false

/**
 * Say where a sign-out under way leads. The server ends the socket before it answers the call, and that must not look
 * like a session that ran out. `null` when the sign-out failed.
 */
export function planLeave(address: string | null): void {
  planned = address
}

/** Only the first call counts. */
export function leave(address: string): void {
  if (leaving) return
  leaving = true
  window.location.assign(planned ?? address)
}
