/** What a picker offers and holds. */

export interface Choice {
  id: number
  name: string
}
