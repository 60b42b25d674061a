/** The page of parts, for who builds pages: in a demo only. Elsewhere the address leads nowhere. */

import { readBoot } from '@/app/boot'
import type { Feature, Page } from '@/app/feature'

const PARTS: Page = {
  name: 'kit',
  path: '/kit',
  screen: () => import('./KitPage.vue'),
  right: 'session:use',
}

export default { pages: readBoot().demo ? [PARTS] : [] } satisfies Feature
