/** What a column says of a row, drawn. One component for all cells, so that a new second does not draw links anew. */

import type { FunctionalComponent } from 'vue'

import type { Column, Words } from './columns'

export const CellView: FunctionalComponent<{
  column: Pick<Column<never>, 'cell'>
  row: unknown
  words: Words
}> = ({ column, row, words }) => column.cell?.(row as never, words)
CellView.props = ['column', 'row', 'words']
