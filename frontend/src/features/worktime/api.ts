import { body, client } from '@/api/client'
import { at } from '@/api/endpoints'
import type { components } from '@/api/types'

type Schemas = components['schemas']

export type Calendar = Schemas['CalendarView']
export type CalendarList = Schemas['CalendarList']
export type CalendarHours = Schemas['CalendarHours']
export type CompanyDay = Schemas['CompanyDayContent']
export type HolidayYear = Schemas['HolidayYearView']
export type HolidayYears = Schemas['HolidayYearList']
export type Interval = Schemas['Interval']
export type PublicDay = Schemas['PublicDayView']
export type Trial = Schemas['CalendarTrial']
export type Reading = Schemas['HolidayReading']
export type Agency = Schemas['AgencyView']
export type Account = Schemas['AccountView']

export const worktimeApi = {
  calendars: (): Promise<CalendarList> => body(client.GET('/calendars')),
  years: (): Promise<HolidayYears> => body(client.GET('/holiday-years')),
  create: (content: Schemas['CreateCalendar']) => body(client.POST('/calendars', { body: content })),
  edit: (id: number, content: Schemas['EditCalendar']) =>
    body(client.PUT('/calendars/{calendar_id}', { ...at({ calendar_id: id }), body: content })),
  remove: (id: number) => body(client.DELETE('/calendars/{calendar_id}', at({ calendar_id: id }))),
  attempt: (hours: CalendarHours, start: string, minutes: number): Promise<Trial> =>
    body(client.POST('/calendars/trials', { body: { hours, start, minutes } })),
  read: (year: number, text: string): Promise<Reading> =>
    body(client.POST('/holiday-years/readings', { body: { year, text } })),
  importYear: (year: number, text: string, version: number) =>
    body(client.PUT('/holiday-years/{year}', { ...at({ year }), body: { text, version } })),
  forgetYear: (year: number) => body(client.DELETE('/holiday-years/{year}', at({ year }))),
  agencies: async (): Promise<Agency[]> => (await body(client.GET('/agencies'))).items,
  accounts: async (): Promise<Account[]> => (await body(client.GET('/accounts'))).items,
}
