/** The texts of both languages: the same keys and slots, none missing, none idle, each standing in one file. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'

import { chinese, merged, type Texts } from '@/app/messages'
import { english } from '@/app/messages.en'

const SOURCES = join(import.meta.dirname, '..', '..', 'src')

function flat(tree: Texts, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

function files(ending: RegExp): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => join(SOURCES, path))
}

/** What a room's screens bring. */
const later = Object.values(
  import.meta.glob<Texts>('../../src/features/*/locales/page/zh-CN.json', { eager: true, import: 'default' }),
)
const allChinese = merged([chinese, ...later])
const zh = flat(allChinese)
const en = flat(english)
const sources = files(/\.(vue|ts)$/).map((path) => readFileSync(path, 'utf8'))
const namespaces = new Set([...zh.keys()].map((key) => key.split('.')[0]))

/** What stands between quotes and looks like a key of ours. */
function literals(pattern: RegExp): Set<string> {
  const found = sources.flatMap((source) => [...source.matchAll(pattern)].map(([, text]) => text ?? ''))
  return new Set(found.filter((text) => namespaces.has(text.split('.')[0])))
}

const whole = literals(/['"]([a-zA-Z_]\w*(?:\.\w+)+)['"]/g)
/** Keys with a variable part count as their fixed beginning. */
const beginnings = literals(/`([a-zA-Z_][\w.]*\.)\$\{/g)
/** Keys that are surely meant as such: what is translated at once, and what a declaration names. */
const asked = new Set([
  ...literals(/\bt\(\s*'([\w.]+)'/g),
  ...literals(/\b(?:title|label): '([a-zA-Z_]\w*(?:\.\w+)+)'/g),
  ...literals(/\bkeypath="([a-zA-Z_]\w*(?:\.\w+)+)"/g),
])

describe('the languages', () => {
  it('have the same texts in the same files', () => {
    const folders = files(/locales\/(page\/)?(zh-CN|en)\.json$/).map((path) => dirname(path))
    for (const folder of new Set(folders)) {
      const [first, second] = ['zh-CN', 'en'].map((name) => [
        ...flat(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Texts).keys(),
      ])
      expect([relative(SOURCES, folder), second]).toEqual([relative(SOURCES, folder), first])
    }
  })

  it('call each thing by one word, the server too (docs/glossary.md)', () => {
    const server = JSON.parse(readFileSync(join(SOURCES, '../../app/locales/zh-CN.json'), 'utf8')) as Texts
    const said = [...zh.values(), ...flat(server).values()]
    const instead = /口令|令牌|拉取|实例|领取|黑名单|重点客户|情绪|主管|字节|适配器|捞回/
    expect(said.filter((text) => instead.test(text))).toEqual([])
  })

  it('have each text in one file only', () => {
    const homes = new Map<string, string>()
    for (const path of files(/locales\/(page\/)?zh-CN\.json$/))
      for (const key of flat(JSON.parse(readFileSync(path, 'utf8')) as Texts).keys()) {
        expect([key, homes.get(key)]).toEqual([key, undefined])
        homes.set(key, relative(SOURCES, path))
      }
    expect(homes.size).toBe(zh.size)
  })

  it('fill in the same values', () => {
    const slots = (text: string): string[] =>
      [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()
    for (const [key, text] of zh) expect([key, slots(en.get(key) ?? '')]).toEqual([key, slots(text)])
  })

  it('have every text that a screen asks for', () => {
    expect(asked.size).toBeGreaterThan(400)
    expect([...asked].filter((key) => !zh.has(key))).toEqual([])
    const keys = [...zh.keys()]
    expect([...beginnings].filter((start) => !keys.some((key) => key.startsWith(start)))).toEqual([])
  })

  it('that come with the screens of a room are asked for there alone, and each way in brings them', () => {
    const rooms = files(/locales\/page\/zh-CN\.json$/).map((path) => join(dirname(path), '..', '..'))
    expect(rooms.length).toBeGreaterThan(3)
    for (const room of rooms) {
      const own = flat(JSON.parse(readFileSync(join(room, 'locales/page/zh-CN.json'), 'utf8')) as Texts)
      const trees = new Set([...own.keys()].map((key) => key.split('.')[0]))
      const name = relative(join(SOURCES, 'features'), room)
      const elsewhere = files(/\.(vue|ts)$/).filter((path) => !path.startsWith(`${room}/`))
      for (const path of elsewhere) {
        const source = readFileSync(path, 'utf8')
        const asked = [...trees].filter((tree) => new RegExp(`['"\`]${tree}\\.`).test(source))
        expect([relative(SOURCES, path), asked]).toEqual([relative(SOURCES, path), []])
      }
      const begun = join(room, 'feature.ts')
      // A room without a page of its own is only come to from others.
      const ways = [...elsewhere, ...(existsSync(begun) ? [begun] : [])].flatMap((path) => {
        const way = new RegExp(path === begun ? `'\\./(\\w+\\.vue)'` : `features/${name}/(\\w+\\.vue)'`, 'g')
        return [...readFileSync(path, 'utf8').matchAll(way)].map(([, file]) => join(room, file ?? ''))
      })
      expect(ways.length).toBeGreaterThan(0)
      for (const way of new Set(ways))
        expect([way, readFileSync(way, 'utf8').includes("import './words'")]).toEqual([way, true])
    }
  })

  it('keep no text that no screen asks for', () => {
    const idle = [...zh.keys()].filter(
      (key) => !whole.has(key) && ![...beginnings].some((start) => key.startsWith(start)),
    )
    expect(idle).toEqual([])
  })

  it('can be read: a bare @, | or { means something else to the library', () => {
    const reader = createI18n({ legacy: false, locale: 'zh', messages: { zh: allChinese, en: english } })
    for (const locale of ['zh', 'en'] as const)
      for (const key of zh.keys())
        expect([key, reader.global.t(key, 1, { locale }).length > 0]).toEqual([key, true])
  })

  it('say nothing vague, nothing shouted', () => {
    for (const [key, text] of zh)
      expect([key, /！|亲|哦|系统繁忙|操作失败|暂无数据/.test(text)]).toEqual([key, false])
  })
})
