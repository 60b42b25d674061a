/** What stands in the rows of the versions: one column for each figure that any of them has. */

import { h } from 'vue'

import { moment, NOTHING } from '@/ui/kit/cells'
import type { Column, Words } from '@/ui/kit/columns'
import type { Model } from './api'

const TAGS: Record<string, string> = { active: 'tag-success', refused: 'tag-danger' }

/** A figure that is newer than this page has no word. */
function nameOf(figure: string, { t, te }: Words): string {
  const key = `model.figure.${figure}`
  return te(key) ? t(key) : figure
}

function state({ state, fallen }: Model, words: Words) {
  const { t, te } = words
  const key = `model.is.${state}`
  return [
    h('span', { class: ['tag', TAGS[state]], 'data-state': state }, te(key) ? t(key) : state),
    ...(fallen.length > 0
      ? [
          h(
            'span',
            { class: 's12 c-neg' },
            ` ${t('model.fallen', { names: fallen.map((each) => nameOf(each, words)).join(t('common.listSeparator')) })}`,
          ),
        ]
      : []),
  ]
}

export function modelColumns(rows: readonly Model[]): Column<Model>[] {
  const figures = [...new Set(rows.flatMap((row) => Object.keys(row.figures)))]
  const value = (row: Model, figure: string): number | null => {
    const found: unknown = row.figures[figure]
    return typeof found === 'number' ? found : null
  }
  return [
    {
      key: 'name',
      label: 'model.version',
      isName: true,
      look: 'mono',
      width: '24%',
      cell: ({ name }) => name,
    },
    { key: 'state', label: 'model.state', look: 'text', sort: (row) => row.state, cell: state },
    ...figures.map((figure): Column<Model> => ({
      key: figure,
      label: `model.figure.${figure}`,
      look: 'num',
      sort: (row) => value(row, figure) ?? -1,
      cell: (row) => value(row, figure)?.toFixed(3) ?? NOTHING,
    })),
    {
      key: 'made',
      label: 'model.made',
      width: '148px',
      look: 'quiet',
      sort: ({ created_at }) => Date.parse(created_at),
      cell: ({ created_at }, words) => moment(created_at, words),
    },
    {
      key: 'promote',
      label: 'model.promote',
      width: '88px',
      look: 'num',
      stays: true,
      right: 'models:manage',
    },
  ]
}
