/** Figures: the dictionary of metrics, answers to questions, and the same answers as files. */

import { body, client } from '@/api/client'
import type { components } from '@/api/types'
import type { Narrowing, Tree } from '@/features/conditions/tree'

type Schemas = components['schemas']

export type Metric = Schemas['MetricView']
export type Answer = Schemas['FiguresView']
export type Figures = Schemas['MetricFigures']
export type SpanFigures = Schemas['FiguresOfSpan']
export type Cell = Schemas['CellView']
export type Unit = Schemas['Unit']
export type Named = Schemas['Named']
export type Comparison = Schemas['Comparison']
export type Reply = Schemas['SentReplyView']
export type Format = 'csv' | 'xlsx'

export type Period = { named: Named } | { first: string; last: string }

export interface Question {
  metrics: string[]
  split: string[]
  period: Period
  condition: Tree | null
  comparison: Comparison | null
}

function sent(question: Question) {
  return { ...question, period: { named: null, first: null, last: null, ...question.period } }
}

export const figuresApi = {
  metrics: async (): Promise<Metric[]> => (await body(client.GET('/metrics'))).items,
  ask: (question: Question): Promise<Answer> => body(client.POST('/figures', { body: sent(question) })),
  file: async (question: Question, format: Format): Promise<Blob> => {
    const answer: { data?: unknown } = await client.POST('/figures/export', {
      body: { ...sent(question), format },
      parseAs: 'blob',
    })
    return answer.data as Blob
  },
  replies: ({ condition, savedId }: Narrowing, cursor: string | null, signal: AbortSignal) =>
    body(
      client.GET('/replies', {
        params: { query: { condition: condition || null, saved_view_id: savedId, cursor } },
        signal,
      }),
    ),
}
