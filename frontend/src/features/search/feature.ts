/** The box in the top bar: it finds what people wrote, and commands by name. */

import type { Feature } from '@/app/feature'
import { searchCommands } from './commands'

export default { commands: searchCommands } satisfies Feature
