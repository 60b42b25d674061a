import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import en from '@/locales/en.json'
import zh from '@/locales/zh-CN.json'

const SOURCES = join(import.meta.dirname, '..', '..', 'src')

function flat(tree: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(tree) as [string, string | object][]) {
    if (typeof value === 'string') found.set(prefix + key, value)
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text)
  }
  return found
}

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (/\.(vue|ts)$/.test(entry.name)) yield path
  }
}

/** Keys written out in the sources; a key with a variable part counts as its fixed beginning. */
function used(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>()
  const beginnings = new Set<string>()
  for (const path of files(SOURCES)) {
    const source = readFileSync(path, 'utf8')
    for (const [, key] of source.matchAll(/\bt\('([a-zA-Z_.]+)'/g)) if (key) whole.add(key)
    for (const [, key] of source.matchAll(/(?:title|text|label): '((?:shortcut|views|action)\.[a-zA-Z_.]+)'/g)) if (key) whole.add(key)
    for (const [, key] of source.matchAll(/`([a-zA-Z_.]+\.)\$\{/g)) if (key) beginnings.add(key)
    for (const [, one, two] of source.matchAll(/t\([^()'`]*\? '([a-zA-Z_.]+)' : '([a-zA-Z_.]+)'/g)) [one, two].forEach((key) => key && whole.add(key))
  }
  return { whole, beginnings }
}

describe('the languages', () => {
  it('have the same texts', () => {
    expect([...flat(en).keys()].sort()).toEqual([...flat(zh).keys()].sort())
  })

  it('fill in the same values', () => {
    const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort()
    const english = flat(en)
    for (const [key, text] of flat(zh)) expect([key, slots(english.get(key) ?? '')]).toEqual([key, slots(text)])
  })

  it('have every text that a screen asks for', () => {
    const known = flat(zh)
    const missing = [...used().whole].filter((key) => !known.has(key))
    expect(missing).toEqual([])
  })

  it('keep no text that no screen asks for', () => {
    const { whole, beginnings } = used()
    const idle = [...flat(zh).keys()].filter((key) => !whole.has(key) && ![...beginnings].some((start) => key.startsWith(start)))
    expect(idle).toEqual([])
  })

  it('say nothing vague, nothing shouted', () => {
    for (const [key, text] of flat(zh)) expect([key, /！|亲|哦|系统繁忙|操作失败|暂无数据/.test(text)]).toEqual([key, false])
  })
})
