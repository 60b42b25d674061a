/** The reply box without its looks: lane, text and draft of each lane, checks, what sending does. */

import { computed, ref, watch } from 'vue'

import type {
  ComposerLane,
  ConversationView,
  LaneState,
  MessageView,
  ServiceRequestView,
} from '@/api/contract'
import { isReplyLane } from '@/api/endpoints'
import { useDraftFiles } from '@/stores/draftFiles'
import { useDrafts } from '@/stores/drafts'
import { useLive } from '@/stores/live'
import { useOutbox } from '@/stores/outbox'
import { useSession } from '@/stores/session'
import type { ReadyFile } from './draftFiles'
import { newKey } from './idempotency'
import { measure } from './measure'
import { findPersonalData, maskPersonalData } from './personalData'
import { useComposerFiles } from './useComposerFiles'

export interface ComposerSource {
  conversation: () => ConversationView | null
  request: () => ServiceRequestView | null
  messages: () => MessageView[]
}

const TYPING_PAUSE_MS = 3_000
const LEAST_REASON = 2

export function useComposer(source: ComposerSource) {
  const session = useSession()
  const outbox = useOutbox()
  const live = useLive()
  const drafts = useDrafts()
  const draftFiles = useDraftFiles()
  const lane = ref<ComposerLane>('public')
  /** The public lane was asked for while private text is written; a person confirms once per conversation. */
  const confirming = ref(false)
  const confirmed = new Set<number>()
  const answering = ref<MessageView | null>(null)
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  const conversationId = computed(() => source.conversation()?.id ?? null)
  const lanes = computed<ComposerLane[]>(() => {
    const view = source.conversation()
    return (['public', 'private', 'note'] as const).filter((name) =>
      name === 'note' ? session.may('notes:write') : session.may('replies:send') && view?.lanes[name],
    )
  })
  const laneState = computed<LaneState | null>(() => {
    const name = lane.value
    return isReplyLane(name) ? (source.conversation()?.lanes[name] ?? null) : null
  })
  const text = computed({
    get: () => readText(lane.value),
    set: (value: string) => writeText(lane.value, value),
  })
  const length = computed(() => measure(text.value, laneState.value?.limit.unit ?? 'characters'))
  const tooLong = computed(() => laneState.value !== null && length.value > laneState.value.limit.maximum)
  const personalData = computed(() => (lane.value === 'public' ? findPersonalData(text.value) : []))
  const attached = useComposerFiles({ conversationId, lane, laneState, text })
  /** Why personal data may be said in public all the same; a person writes it, the audit log keeps it. */
  const reason = ref('')
  const answeredFor = computed(() => reason.value.trim().length >= LEAST_REASON)
  /** What the person chose in place of what the answered message has; null keeps that. */
  const warning = ref<string | null>(null)
  const visibility = ref<string | null>(null)
  const closed = computed(() => laneState.value !== null && !laneState.value.allowed)
  const sendable = computed(
    () =>
      (text.value.trim() !== '' || attached.files.value.length > 0) &&
      attached.allReady.value &&
      attached.fileObjection.value === null &&
      !tooLong.value &&
      (personalData.value.length === 0 || answeredFor.value) &&
      !closed.value &&
      !confirming.value,
  )

  watch(
    conversationId,
    (id) => {
      confirming.value = false
      answering.value = null
      forgetChoices()
      if (id !== null) lane.value = startLane()
    },
    { immediate: true },
  )

  /** The lane the customer used, unless it is closed and the other is open. */
  function startLane(): ComposerLane {
    const view = source.conversation()
    const wanted = source.request()?.lane === 'private' ? 'private' : 'public'
    const other = wanted === 'public' ? 'private' : 'public'
    const offered = lanes.value.filter((name) => name === 'note' || view?.lanes[name]?.allowed)
    if (offered.includes(wanted) || !offered.includes(other))
      return lanes.value.includes(wanted) ? wanted : 'note'
    return other
  }

  function readText(name: ComposerLane): string {
    const id = conversationId.value
    return id === null ? '' : drafts.read(id, name)
  }

  function writeText(name: ComposerLane, value: string): void {
    const id = conversationId.value
    if (id === null) return
    drafts.write(id, name, value)
    if (name !== 'note') announceTyping(id, value !== '')
  }

  function announceTyping(id: number, typing: boolean): void {
    if (typing && typingTimer === undefined) live.typing(id, true)
    clearTimeout(typingTimer)
    typingTimer = setTimeout(
      () => {
        typingTimer = undefined
        live.typing(id, false)
      },
      typing ? TYPING_PAUSE_MS : 0,
    )
  }

  function forgetChoices(): void {
    reason.value = ''
    warning.value = null
    visibility.value = null
  }

  function choose(next: ComposerLane): void {
    if (next === lane.value) return
    const id = conversationId.value ?? 0
    const leavesPrivateText =
      lane.value === 'private' && next === 'public' && readText('private').trim() !== ''
    if (leavesPrivateText && !confirmed.has(id)) {
      confirming.value = true
      return
    }
    confirming.value = false
    lane.value = next
  }

  function confirmPublic(): void {
    confirmed.add(conversationId.value ?? 0)
    confirming.value = false
    lane.value = 'public'
  }

  /** Personal data belongs into the private lane: take the words and files there and leave nothing behind. */
  function moveToPrivate(): void {
    const moved = [readText('private').trim(), readText('public').trim()]
      .filter((part) => part !== '')
      .join('\n')
    writeText('private', moved)
    writeText('public', '')
    const id = conversationId.value
    if (id !== null) draftFiles.giveBack(id, 'private', draftFiles.take(id, 'public'))
    lane.value = 'private'
  }

  /** Where words and files go each by themselves: the words now, the files stay for the next. */
  function sendWordsFirst(): void {
    const id = conversationId.value
    if (id === null) return
    const files = draftFiles.take(id, lane.value)
    send()
    draftFiles.giveBack(id, lane.value, files)
  }

  /** `at` is when the reply should leave, ISO-8601; null is at once. `resolve` finishes the request with it. */
  function send({ at = null, resolve = false }: { at?: string | null; resolve?: boolean } = {}): boolean {
    const request = source.request()
    const view = source.conversation()
    if (!sendable.value || !request || !view) return false
    outbox.add({
      key: newKey(),
      conversationId: view.id,
      requestId: request.id,
      lane: lane.value,
      text: text.value.trim(),
      files: draftFiles.take(view.id, lane.value),
      inReplyTo: lane.value === 'note' ? null : targetId(),
      sendAt: lane.value === 'note' ? null : at,
      resolve: lane.value !== 'note' && resolve,
      personalData:
        lane.value === 'public' && personalData.value.length > 0
          ? { confirmed: true as const, reason: reason.value.trim() }
          : null,
      contentWarning: lane.value === 'note' ? null : warning.value,
      visibility: lane.value === 'public' ? visibility.value : null,
      contactName: view.contact.name,
      createdAt: new Date().toISOString(),
    })
    writeText(lane.value, '')
    answering.value = null
    forgetChoices()
    return true
  }

  /** The message that is answered: the one picked, else the customer's newest in this lane. */
  function targetId(): number | null {
    const inLane = (message: MessageView): boolean =>
      message.direction === 'inbound' && message.lane === lane.value
    if (answering.value && inLane(answering.value)) return answering.value.id
    return source.messages().findLast(inLane)?.id ?? null
  }

  /** Words and files that came back (undone, refused) go into the box, never over what is already there. */
  function giveBack(name: ComposerLane, words: string, files: readonly ReadyFile[] = []): void {
    const held = readText(name)
    const both = [held, words].filter((part) => part.trim() !== '').join('\n')
    writeText(name, both)
    if (conversationId.value !== null) draftFiles.giveBack(conversationId.value, name, files)
    lane.value = name
  }

  return {
    lane,
    lanes,
    laneState,
    text,
    length,
    tooLong,
    personalData,
    closed,
    sendable,
    confirming,
    answering,
    choose,
    confirmPublic,
    cancelConfirm: () => (confirming.value = false),
    moveToPrivate,
    mask: () => (text.value = maskPersonalData(text.value)),
    reason,
    warning,
    visibility,
    send,
    sendWordsFirst,
    giveBack,
    ...attached,
    hasPrivate: computed(() => source.conversation()?.lanes.private?.allowed === true),
  }
}

export type Composer = ReturnType<typeof useComposer>
