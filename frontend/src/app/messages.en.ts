/** The English texts, in one file of their own. */

import { merged, type Texts } from './messages'

export const english = merged(
  Object.values(
    import.meta.glob<Texts>(['../**/locales/en.json', '../**/locales/page/en.json'], {
      eager: true,
      import: 'default',
    }),
  ),
)
