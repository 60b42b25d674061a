import { describe, expect, it } from 'vitest'

import {
  chosenSettings,
  consentAddress,
  credentialsOf,
  firstValues,
  hostsOf,
  missing,
  problemsOf,
  settingsOf,
} from '@/features/accounts/formModel'
import type { FormFieldView } from '@/features/platforms/api'

function field(name: string, over: Partial<FormFieldView> = {}): FormFieldView {
  return {
    name,
    label: { zh: name },
    secret: false,
    required: false,
    default: '',
    choices: [],
    help: {},
    ...over,
  }
}

describe('a form drawn from a schema', () => {
  it('sends of a new account only the settings that somebody chose', () => {
    const fields = [field('calls', { default: 100 }), field('tags', { default: [] })]
    const values = firstValues(fields)
    expect(chosenSettings(fields, values)).toEqual({})
    expect(chosenSettings(fields, { ...values, calls: '5000' })).toEqual({ calls: 5000 })
  })

  it('starts with what is stored, then with defaults, and never with a secret', () => {
    const fields = [
      field('page_size', { default: 100 }),
      field('safe', { default: true }),
      field('host'),
      field('token', { secret: true, default: null }),
    ]
    expect(firstValues(fields, { host: 'a', token: 'kept elsewhere', page_size: 50 })).toEqual({
      page_size: '50',
      safe: true,
      host: 'a',
      token: '',
    })
  })

  it('sends numbers as numbers, leaves empty settings out and what is no number to the server', () => {
    const fields = [
      field('page_size', { default: 100 }),
      field('days', { default: 7 }),
      field('host'),
      field('safe', { default: true }),
    ]
    expect(settingsOf(fields, { page_size: '20', days: 'many', host: '', safe: false })).toEqual({
      page_size: 20,
      days: 'many',
      safe: false,
    })
  })

  it('shows a list as items between commas and sends the items, also when there are none left', () => {
    const fields = [field('watched', { default: [] })]
    expect(firstValues(fields, { watched: ['1:0', '2:0'] })).toEqual({ watched: '1:0, 2:0' })
    expect(settingsOf(fields, { watched: '1:0，3:0  4:1' })).toEqual({ watched: ['1:0', '3:0', '4:1'] })
    expect(settingsOf(fields, { watched: ' ' })).toEqual({ watched: [] })
  })

  it('sends only the credentials that were filled in', () => {
    expect(credentialsOf({ app_key: ' k ', app_secret: '  ', flag: true })).toEqual({ app_key: 'k' })
  })

  it('asks for what is required, except what the consent page gives', () => {
    const fields = [
      field('app_key', { required: true }),
      field('access_token', { required: true, secret: true }),
    ]
    expect(missing(fields, { app_key: ' ' }, true)).toEqual(['app_key'])
    expect(missing(fields, { app_key: 'k' }, false)).toEqual(['access_token'])
  })

  it('puts each refusal at its field', () => {
    expect(
      problemsOf(
        { 'credentials.app_key': 'bad', 'settings.app_key': 'other', agency_id: 'no' },
        'credentials',
      ),
    ).toEqual({ app_key: 'bad' })
  })

  it("sends only hosts that differ from the platform's own", () => {
    expect(
      hostsOf(
        { api: 'https://own', login: ' https://mine ', push: '' },
        { api: 'https://own', login: '', push: '' },
      ),
    ).toEqual({ login: 'https://mine' })
  })

  it('leaves for nothing but a web address', () => {
    expect(consentAddress('https://api.example/authorize?x=1', 'http://here/')).toBe(
      'https://api.example/authorize?x=1',
    )
    expect(consentAddress('javascript:alert(1)', 'http://here/')).toBeNull()
    expect(consentAddress('http://', 'http://here/')).toBeNull()
  })
})
