/**
 * Leave for the login page by loading it anew: whatever the last person saw is gone from memory with the page.
 * Drafts and unsent replies stay in this browser, each under its owner's number.
 */
export function leave(address: string): void {
  window.location.assign(address)
}
