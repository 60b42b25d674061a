/** After the build: a Brotli and a gzip copy beside every file that gets smaller by it; the server sends what a browser takes. */

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const PACKABLE = /\.(js|css|svg|json|html|txt)$/
/** Below this the headers weigh more. */
const WORTH = 1024
const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export function packed() {
  let folder = ''
  return {
    name: 'packed-copies',
    apply: 'build',
    configResolved(config) {
      folder = config.build.outDir
    },
    async closeBundle() {
      const names = await readdir(folder, { recursive: true })
      await Promise.all(names.filter((name) => PACKABLE.test(name)).map((name) => pack(join(folder, name))))
    },
  }
}

async function pack(path) {
  const bytes = await readFile(path)
  if (bytes.length < WORTH) return
  const options = {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }
  const [small, common] = await Promise.all([brotli(bytes, options), zip(bytes, { level: 9 })])
  if (small.length < bytes.length) await writeFile(`${path}.br`, small)
  if (common.length < bytes.length) await writeFile(`${path}.gz`, common)
}
