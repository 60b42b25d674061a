import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

import { ICON_NAMES } from '@/ui/icons'

it('draws every icon that has a name, and names every icon that is drawn', () => {
  const sprite = readFileSync(join(import.meta.dirname, '..', '..', 'src', 'ui', 'IconSprite.vue'), 'utf8')
  const drawn = [...sprite.matchAll(/<symbol id="i-([a-z-]+)"/g)].map(([, name]) => name)
  expect(drawn.sort()).toEqual([...ICON_NAMES].sort())
})
