/** A chart as the library takes it, from rows of numbers and the colours of the theme. Pure functions. */

import type { EChartsCoreOption } from 'echarts/core'

import type { Scale } from './scales'

export interface Series {
  name: string
  values: (number | null)[]
}

export interface ChartData {
  /** `rows`: bars lying, one for each name. */
  look: 'bar' | 'line' | 'rows'
  places: string[]
  series: Series[]
  /** Without one, round numbers of the library's choice. */
  scale?: Scale
}

export interface Paints {
  series: string[]
  axis: string
  grid: string
  text: string
  raised: string
  line: string
  font: string
}

/** Second series dashed, third dotted; each ends with a mark of its own. */
const DASHES = ['solid', 'dashed', 'dotted'] as const
const MARKS = ['circle', 'rect', 'triangle'] as const
const TEXT_PX = 12

export function optionsOf(
  data: ChartData,
  paints: Paints,
  say: (value: number) => string,
): EChartsCoreOption {
  const words = { color: paints.axis, fontSize: TEXT_PX, fontFamily: paints.font }
  const names = {
    type: 'category' as const,
    data: data.places,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { ...words, hideOverlap: true, width: 84, overflow: 'truncate' as const },
  }
  const numbers = {
    type: 'value' as const,
    ...(data.scale ? { min: 0, max: data.scale.most, interval: data.scale.step } : { splitNumber: 3 }),
    axisLabel: { ...words, formatter: data.scale?.say ?? say },
    splitLine: { lineStyle: { color: paints.grid } },
  }
  const lying = data.look === 'rows'
  return {
    animation: false,
    grid: { left: 4, right: lying ? 44 : 10, top: 10, bottom: 2, containLabel: true },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText',
      backgroundColor: paints.raised,
      borderColor: paints.line,
      textStyle: { ...words, color: paints.text },
      axisPointer: { type: data.look === 'line' ? 'line' : 'shadow' },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? say(value) : '–'),
    },
    xAxis: lying ? { ...numbers, show: false } : names,
    yAxis: lying ? { ...names, inverse: true } : numbers,
    series: data.series.map((series, at) => ({
      name: series.name,
      data: series.values,
      ...(data.look === 'line' ? lineOf(series, at, paints) : barOf(at, paints, lying, say, words)),
    })),
  }
}

function lineOf(series: Series, at: number, paints: Paints) {
  const last = series.values.findLastIndex((value) => value !== null)
  return {
    type: 'line' as const,
    symbol: MARKS[at % MARKS.length],
    // The end is marked; the way there is the line alone, unless it is a single point.
    showSymbol: true,
    symbolKeepAspect: true,
    connectNulls: false,
    lineStyle: { width: 2, type: DASHES[at % DASHES.length], color: paints.series[at] },
    itemStyle: { color: paints.series[at] },
    showAllSymbol: true,
    data: series.values.map((value, index) => ({
      value,
      symbolSize: index === last || isAlone(series.values, index) ? 7 : 0,
    })),
  }
}

function isAlone(values: (number | null)[], at: number): boolean {
  return values[at] !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null
}

function barOf(at: number, paints: Paints, lying: boolean, say: (value: number) => string, words: object) {
  return {
    type: 'bar' as const,
    barMaxWidth: lying ? 14 : 22,
    barCategoryGap: '30%',
    itemStyle: { color: paints.series[at], borderRadius: lying ? [0, 2, 2, 0] : [2, 2, 0, 0] },
    label: lying
      ? {
          ...words,
          show: true,
          position: 'right' as const,
          formatter: ({ value }: { value: unknown }) => (typeof value === 'number' ? say(value) : ''),
        }
      : { show: false },
  }
}
