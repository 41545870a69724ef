const TOLD = [
  'diary.mark_given', 'diary.mark_corrected', 'diary.mark_withdrawn', 'diary.attendance_recorded', 'diary.lesson_changed', 'diary.topic_set', 'diary.homework_set', 'diary.homework_withdrawn', 'diary.homework_corrected', 'diary.homework_done', 'diary.homework_submitted', 'diary.homework_answered', 'diary.homework_files_changed', 'diary.absence_files_changed', 'diary.timetable_changed', 'diary.bells_changed', 'diary.pupil_moved', 'diary.group_changed', 'diary.term_mark_decided', 'diary.remark_made', 'diary.remark_withdrawn',
  'diary.absence_notice_sent', 'diary.absence_notice_answered', 'diary.absence_notice_withdrawn',
  'meals.account_opened', 'meals.topped_up', 'meals.sold',
  'meals.refunded', 'registry.card_issued', 'registry.card_blocked', 'registry.card_unblocked',
  'registry.guardianship_granted', 'registry.guardianship_ended', 'registry.pupil_enrolled', 'registry.pupil_ended', 'registry.person_renamed', 'registry.photo_set', 'registry.photo_removed',
  'identity.invited', 'identity.joined', 'identity.password_reset', 'identity.calendar_made', 'identity.calendar_revoked',
] as const

/** The kind of a change, of those that there are words for. */
export const changeOf = (kind: string): (typeof TOLD)[number] | 'other' => TOLD.find((one) => one === kind) ?? 'other'
