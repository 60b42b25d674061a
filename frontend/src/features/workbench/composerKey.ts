import { inject, type InjectionKey } from 'vue'

import type { Composer } from './useComposer'

export const composerKey: InjectionKey<Composer> = Symbol('composer')

/** The reply box of the open conversation. Only inside ThreadPane. */
export function injectComposer(): Composer {
  const composer = inject(composerKey)
  if (!composer) throw new Error('no composer: the component is used outside a conversation')
  return composer
}
