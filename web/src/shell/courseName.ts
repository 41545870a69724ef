interface Taught {
  subject: { name: string }
  group?: { name: string } | null
  classGroup?: { name: string } | null
}

/** A subject, and the group that has it where it is not the whole class: Английский · группа 1. */
export const subjectName = ({ subject, group }: Taught): string => [subject.name, group?.name].filter(Boolean).join(' · ')

/** The same of a class: 7А · Английский · группа 1. */
export const courseName = (of: Taught): string => [of.classGroup?.name, subjectName(of)].filter(Boolean).join(' · ')
