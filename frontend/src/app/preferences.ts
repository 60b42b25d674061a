/** How this person wants the screen to look, kept in this browser. `public/theme.js` applies the theme before paint. */

import { ref, watch } from 'vue'

export type Theme = 'light' | 'dark' | 'system'
export type Density = 'compact' | 'standard' | 'comfortable'

const THEMES: readonly Theme[] = ['light', 'dark', 'system']
const DENSITIES: readonly Density[] = ['compact', 'standard', 'comfortable']
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)')

function stored<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  const value = localStorage.getItem(key)
  return allowed.find((candidate) => candidate === value) ?? fallback
}

export const theme = ref<Theme>(stored('lingke.theme', THEMES, 'system'))
export const density = ref<Density>(stored('lingke.density', DENSITIES, 'standard'))

function apply(): void {
  const dark = theme.value === 'dark' || (theme.value === 'system' && darkSystem.matches)
  document.documentElement.classList.toggle('dark', dark)
  document.documentElement.dataset['density'] = density.value
}

watch(
  [theme, density],
  () => {
    localStorage.setItem('lingke.theme', theme.value)
    localStorage.setItem('lingke.density', density.value)
    apply()
  },
  { immediate: true },
)
darkSystem.addEventListener('change', apply)
