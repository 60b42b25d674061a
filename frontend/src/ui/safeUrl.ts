/** Addresses that came from outside: only http and https may become a link. */
export function safeUrl(url: string | null): string | null {
  if (url === null) return null
  try {
    const parsed = new URL(url, window.location.origin)
    return parsed.protocol === 'https:' || parsed.protocol === 'http:' ? parsed.href : null
  } catch {
    return null
  }
}

/** The page's policy shows images of this origin only; everything else is offered as a link. */
export function isOwnImage(url: string): boolean {
  return url.startsWith('/') && !url.startsWith('//')
}
