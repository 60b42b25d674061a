/** Who is signed in, asked for by the page itself (app/templates/index.html) while the scripts were on their way. */

import type { SessionAnswer } from './contract'

declare global {
  interface Window {
    lingkeEarly?: Promise<Response | null>
  }
}

/** The answer, once: afterwards, and when it was no success, null, and the caller asks in the usual way. */
export async function earlySession(): Promise<SessionAnswer | null> {
  const asked = window.lingkeEarly
  delete window.lingkeEarly
  try {
    const response = await asked
    return response?.ok ? ((await response.json()) as SessionAnswer) : null
  } catch {
    return null
  }
}
