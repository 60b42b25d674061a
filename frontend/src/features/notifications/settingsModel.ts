/** What the settings page sends of what stands on it. Pure functions. */

import type { Channel, MailPace, SetSettings, Settings } from './api'

export const CHANNELS: readonly Channel[] = ['bell', 'sound', 'desktop', 'email']
export const PACES: readonly MailPace[] = ['at_once', 'hourly', 'daily']
export const HOURS: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour)
export const USUAL_QUIET = { quiet_from: '22:00', quiet_until: '08:00' } as const

type Wanted = Omit<SetSettings, 'version' | 'channels'>

/** The whole of what is set now, with some of it changed. */
export function changed(
  settings: Settings,
  change: Partial<Wanted> & { channels?: Record<string, Channel[]> },
): SetSettings {
  const { channels, ...rest } = change
  return {
    channels: {
      ...Object.fromEntries(settings.kinds.map((kind) => [kind.key, kind.channels])),
      ...channels,
    },
    quiet_from: settings.quiet_from,
    quiet_until: settings.quiet_until,
    only_working: settings.only_working,
    mail_pace: settings.mail_pace,
    mail_hour: settings.mail_hour,
    version: settings.version,
    ...rest,
  }
}

/** One box of the matrix, ticked or not. */
export function toggled(settings: Settings, key: string, channel: Channel): SetSettings {
  const kind = settings.kinds.find((one) => one.key === key)
  const had = kind?.channels ?? []
  const channels = had.includes(channel) ? had.filter((one) => one !== channel) : [...had, channel]
  return changed(settings, { channels: { [key]: channels } })
}

export function isDefault(settings: Settings): boolean {
  return settings.kinds.every((kind) => kind.channels.join() === kind.default.join())
}
