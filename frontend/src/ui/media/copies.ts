/** Ask for a copy that nobody has asked for yet, or that failed. */

import { body, client } from '@/api/client'
import type { Medium } from './mediaModel'

export function copyMedium(id: number): Promise<Medium> {
  return body(client.POST('/media/{copy_id}/copy', { params: { path: { copy_id: id } } }))
}
