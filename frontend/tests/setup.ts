/** What a browser has and the tests' document lacks. */

// A screen that asks whether the system is dark is told that it is not.
if (typeof window !== 'undefined' && !('matchMedia' in window))
  globalThis.matchMedia = (media: string) =>
    Object.assign(new EventTarget(), {
      media,
      matches: false,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    })
