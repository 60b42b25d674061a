/**
 * What a notification does besides standing in the bell: a tone, a message of the desktop's. Several tabs of one browser share
 * both: whichever comes first takes it, so that one notification makes one sound.
 */

import type { Channel } from './api'

const TOLD = 'lingke.told.'
const LOCK = 'lingke.telling'
const SPREAD_MS = 2000
/** Two tones, one above the other: hertz, when it begins and how long it lasts in seconds. */
const TONES = [
  { pitch: 660, at: 0, lasts: 0.16 },
  { pitch: 880, at: 0.14, lasts: 0.26 },
] as const
const LOUDNESS = 0.18
let audio: AudioContext | null = null

/** A browser lets a page sound only after somebody has done something on it. Returns what ends the waiting. */
export function prepareSound(): () => void {
  const wake = (): void => {
    if (typeof AudioContext !== 'function') return
    audio ??= new AudioContext()
    if (audio.state === 'suspended') void audio.resume().catch(() => undefined)
  }
  document.addEventListener('pointerdown', wake)
  document.addEventListener('keydown', wake)
  return () => {
    document.removeEventListener('pointerdown', wake)
    document.removeEventListener('keydown', wake)
  }
}

export function canSound(): boolean {
  return audio?.state === 'running'
}

/** A short tone; whether one could be made. */
export function sound(): boolean {
  if (audio?.state !== 'running') return false
  for (const { pitch, at, lasts } of TONES) {
    const tone = audio.createOscillator()
    const level = audio.createGain()
    const begins = audio.currentTime + at
    tone.frequency.value = pitch
    level.gain.setValueAtTime(0, begins)
    level.gain.linearRampToValueAtTime(LOUDNESS, begins + 0.02)
    level.gain.exponentialRampToValueAtTime(0.001, begins + lasts)
    tone.connect(level).connect(audio.destination)
    tone.start(begins)
    tone.stop(begins + lasts)
  }
  document.documentElement.dataset['sounded'] = String(
    Number(document.documentElement.dataset['sounded'] ?? 0) + 1,
  )
  return true
}

export type DesktopState = 'granted' | 'denied' | 'default' | 'unavailable'

export function desktopState(): DesktopState {
  return typeof window.Notification === 'function' && window.isSecureContext
    ? window.Notification.permission
    : 'unavailable'
}

/** Asks the person; only ever called by a button. */
export async function askForDesktop(): Promise<DesktopState> {
  if (desktopState() !== 'default') return desktopState()
  await window.Notification.requestPermission()
  return desktopState()
}

/** A message of the desktop's; whether one could be shown. */
export function showOnDesktop(title: string, tag: string, opened: () => void): boolean {
  if (desktopState() !== 'granted') return false
  try {
    const shown = new window.Notification(title, { tag, icon: '/static/dist/favicon.svg' })
    shown.onclick = () => {
      window.focus()
      shown.close()
      opened()
    }
    return true
  } catch {
    // A phone's browser knows them only in a service worker.
    return false
  }
}

/** Do it in one tab alone: the first that can. */
async function once(channel: Channel, id: number, act: () => boolean): Promise<void> {
  const key = TOLD + channel
  const claimed = (): boolean => {
    if (Number(localStorage.getItem(key) ?? 0) >= id || !act()) return false
    localStorage.setItem(key, String(id))
    return true
  }
  // Without locks (no secure connection) two tabs may both be quick enough.
  const locks = navigator.locks as LockManager | undefined
  if (!locks) claimed()
  else
    await locks.request(`${LOCK}.${channel}.${id}`, async () => {
      // What one tab stores, another reads a moment later: until then nobody else is let in.
      if (claimed()) await new Promise((done) => setTimeout(done, SPREAD_MS))
    })
}

export interface Telling {
  id: number
  title: string
  channels: readonly Channel[]
  opened: () => void
}

export async function tell({ id, title, channels, opened }: Telling): Promise<void> {
  const acts: Promise<void>[] = []
  if (channels.includes('sound')) acts.push(once('sound', id, sound))
  if (channels.includes('desktop'))
    acts.push(once('desktop', id, () => showOnDesktop(title, `lingke-${id}`, opened)))
  await Promise.all(acts)
}
