import { type ComponentType, lazy } from 'react'
import { Absent } from './shell/Guarded'
import { type IconName } from './shell/icons'
import type { Child, Me, Role } from './session/Me.graphql'
import { type Part, texts } from './texts'

interface Page {
  /** `:child` stands for the child whom the page is about, and whom it finds with `useChild`. */
  path: string
  Page: ComponentType
  /** Its place in the navigation, if it has one, and for which roles; everybody's if it names none. */
  place?: {
    label: 'nav.today' | 'diary.title' | 'diary.marks' | 'nav.meals' | 'nav.passes' | 'nav.record' | 'nav.account' | 'gradebook.lessons' | 'gradebook.courses' | 'gate.title' | 'inside.title' | 'devices.title' | 'doors.title' | 'district.title' | 'till.title' | 'office.people' | 'office.cards' | 'office.invitations' | 'statistics.title' | 'office.rules' | 'terms.nav' | 'absences.title' | 'messages.title' | 'substitutions.title' | 'timetable.title' | 'year.title' | 'setup.nav' | 'risks.title'
    icon: IconName
    roles?: readonly Role[]
    /** Wanted less often: a phone, which has room for five, puts it behind "more". */
    aside?: true
  }
}

const FAMILY: readonly Role[] = ['GUARDIAN', 'PUPIL']
const TEACHERS: readonly Role[] = ['TEACHER']
const OFFICE: readonly Role[] = ['OFFICE', 'HEAD']
const WRITERS: readonly Role[] = [...FAMILY, ...TEACHERS, ...OFFICE]
const DISTRICT: readonly Role[] = ['DISTRICT']
const WATCHERS: readonly Role[] = ['GUARD', ...OFFICE]

/** A page, and the parts of `texts/` that it needs. What needs none is like the first page; any other has the styles of what is not shown there, too. */
function page<Props>(load: () => Promise<{ default: ComponentType<Props> }>, ...parts: Part[]) {
  return lazy(async () => {
    try {
      return (await Promise.all([load(), texts(...parts), parts.length > 0 && import('./rest.css')]))[0]
    } catch (cause) {
      throw new Absent(String(cause))
    }
  })
}

/** Where a phone shows the places for which it has no room. */
export const MORE = '/more'
export const MESSAGES = '/messages'

/** Every page: where it is, and in whose navigation. Each is loaded when it is first wanted. The first that is for somebody is where they begin. */
export const PAGES: readonly Page[] = [
  { path: '/children/:child/today', Page: page(() => import('./pages/today/Today')), place: { label: 'nav.today', icon: 'day', roles: FAMILY } },
  { path: '/children/:child/diary', Page: page(() => import('./pages/diary/Diary'), 'family'), place: { label: 'diary.title', icon: 'book', roles: FAMILY } },
  { path: '/children/:child/homework', Page: page(() => import('./pages/homework/Homework'), 'common', 'family') },
  { path: '/children/:child/marks', Page: page(() => import('./pages/marks/Marks'), 'common', 'family'), place: { label: 'diary.marks', icon: 'star', roles: FAMILY } },
  { path: '/children/:child/meals', Page: page(() => import('./pages/meals/Meals'), 'common', 'family'), place: { label: 'nav.meals', icon: 'bag', roles: FAMILY } },
  { path: '/children/:child/passes', Page: page(() => import('./pages/passes/Passes'), 'common', 'family'), place: { label: 'nav.passes', icon: 'enter', roles: FAMILY, aside: true } },
  { path: '/children/:child/record', Page: page(() => import('./pages/record/Record'), 'common', 'family'), place: { label: 'nav.record', icon: 'eye', roles: FAMILY, aside: true } },
  { path: '/children/:child/absence', Page: page(() => import('./pages/absence/Absence'), 'common', 'family') },
  { path: '/lessons', Page: page(() => import('./pages/lessons/Lessons'), 'common', 'staff'), place: { label: 'gradebook.lessons', icon: 'day', roles: TEACHERS } },
  { path: '/courses', Page: page(() => import('./pages/courses/Courses'), 'staff'), place: { label: 'gradebook.courses', icon: 'book', roles: TEACHERS } },
  { path: '/courses/:course', Page: page(() => import('./pages/gradebook/Gradebook'), 'family', 'staff') },
  { path: '/courses/:course/terms', Page: page(() => import('./pages/terms/TermSheet'), 'common', 'family', 'staff') },
  { path: '/courses/:course/register', Page: page(() => import('./pages/register-file/RegisterFile'), 'common', 'family', 'staff') },
  { path: '/courses/:course/homework', Page: page(() => import('./pages/course-homework/CourseHomework'), 'common', 'family', 'staff') },
  { path: '/till', Page: page(() => import('./pages/till/Till'), 'common', 'family', 'staff'), place: { label: 'till.title', icon: 'bag', roles: ['CANTEEN'] } },
  { path: '/till/:till', Page: page(() => import('./pages/till/Till'), 'common', 'family', 'staff') },
  { path: '/people', Page: page(() => import('./pages/people/People'), 'staff'), place: { label: 'office.people', icon: 'people', roles: OFFICE } },
  { path: '/people/:person', Page: page(() => import('./pages/person/Person'), 'account', 'common', 'family', 'staff') },
  { path: '/people/:person/photo', Page: page(() => import('./pages/photo/Photo'), 'common', 'staff') },
  { path: '/people/:person/record', Page: page(() => import('./pages/person/PersonRecord'), 'common', 'family', 'staff') },
  { path: '/classes', Page: page(() => import('./pages/classes/Classes'), 'account', 'common', 'staff'), place: { label: 'setup.nav', icon: 'book', roles: OFFICE, aside: true } },
  { path: '/classes/:group', Page: page(() => import('./pages/classes/OneClass'), 'account', 'common', 'staff') },
  { path: '/cards', Page: page(() => import('./pages/desk/IssueToClass'), 'common', 'staff'), place: { label: 'office.cards', icon: 'card', roles: ['OFFICE'] } },
  { path: '/invitations', Page: page(() => import('./pages/invitations/Invitations'), 'account', 'common', 'staff'), place: { label: 'office.invitations', icon: 'letter', roles: ['OFFICE'] } },
  { path: '/substitutions', Page: page(() => import('./pages/substitutions/Substitutions'), 'common', 'family', 'staff'), place: { label: 'substitutions.title', icon: 'day', roles: OFFICE } },
  { path: '/absences', Page: page(() => import('./pages/absences/Absences'), 'common', 'family', 'staff'), place: { label: 'absences.title', icon: 'letter', roles: [...TEACHERS, ...OFFICE] } },
  { path: '/statistics', Page: page(() => import('./pages/statistics/Statistics'), 'staff'), place: { label: 'statistics.title', icon: 'bars', roles: OFFICE } },
  { path: '/at-risk', Page: page(() => import('./pages/at-risk/AtRisk'), 'common', 'family', 'staff'), place: { label: 'risks.title', icon: 'bars', roles: [...TEACHERS, ...OFFICE], aside: true } },
  { path: '/terms', Page: page(() => import('./pages/terms/Terms'), 'common', 'staff'), place: { label: 'terms.nav', icon: 'star', roles: OFFICE } },
  { path: '/report-cards', Page: page(() => import('./pages/report-cards/ReportCards'), 'staff') },
  { path: '/timetable', Page: page(() => import('./pages/timetable/Timetable'), 'common', 'staff'), place: { label: 'timetable.title', icon: 'book', roles: OFFICE, aside: true } },
  { path: '/year', Page: page(() => import('./pages/year/Year'), 'common', 'staff'), place: { label: 'year.title', icon: 'day', roles: OFFICE, aside: true } },
  { path: '/rules', Page: page(() => import('./pages/rules/Rules'), 'common', 'staff'), place: { label: 'office.rules', icon: 'key', roles: OFFICE, aside: true } },
  { path: '/district', Page: page(() => import('./pages/district/District'), 'staff'), place: { label: 'district.title', icon: 'bars', roles: DISTRICT } },
  { path: '/district/:school', Page: page(() => import('./pages/district/OneSchool'), 'staff') },
  { path: '/gate', Page: page(() => import('./pages/gate/Gate'), 'common', 'staff'), place: { label: 'gate.title', icon: 'enter', roles: WATCHERS } },
  { path: '/inside', Page: page(() => import('./pages/inside/Inside'), 'staff'), place: { label: 'inside.title', icon: 'home', roles: [...WATCHERS, ...TEACHERS] } },
  { path: MESSAGES, Page: page(() => import('./pages/messages/Messages'), 'common', 'family'), place: { label: 'messages.title', icon: 'letter', roles: WRITERS } },
  { path: '/messages/:pupil/:teacher', Page: page(() => import('./pages/messages/Talk'), 'common', 'family') },
  { path: '/remarks', Page: page(() => import('./pages/remarks/Remarks'), 'common', 'family', 'staff') },
  { path: '/announce', Page: page(() => import('./pages/announce/Announce'), 'common', 'family', 'staff') },
  { path: '/devices', Page: page(() => import('./pages/devices/Devices'), 'common', 'staff'), place: { label: 'devices.title', icon: 'pulse', roles: OFFICE } },
  { path: '/doors', Page: page(() => import('./pages/doors/Doors'), 'common', 'staff'), place: { label: 'doors.title', icon: 'key', roles: OFFICE, aside: true } },
  { path: '/account', Page: page(() => import('./pages/account/Account'), 'account', 'common'), place: { label: 'nav.account', icon: 'person', aside: true } },
  { path: MORE, Page: page(() => import('./pages/more/More'), 'common') },
]

/** Where one is who is not signed in, at whatever address. */
export const SignIn = page(() => import('./pages/sign-in/SignIn'), 'account', 'common')

/** Where somebody comes with a code that the office has printed, signed in or not; whoever has a login may `enter` first, and is there again. */
export const WITH_A_CODE: Readonly<Record<string, ComponentType<{ enter: () => void }>>> = {
  '/invite': page(() => import('./pages/invitation/Invitation'), 'account', 'common', 'staff'),
  '/password': page(() => import('./pages/invitation/NewPassword'), 'account', 'common', 'staff'),
}

export type PlacedPage = Page & { place: NonNullable<Page['place']> }

/** The navigation of an account: what is for one of its roles; what is about a child only where there is one. */
export function placesOf(me: Me): PlacedPage[] {
  const roles = new Set(me.grants.map(({ role }) => role))
  return PAGES.filter(
    (page): page is PlacedPage =>
      page.place !== undefined && (page.place.roles?.some((role) => roles.has(role)) ?? true) && (me.children.length > 0 || !page.path.includes(':child')),
  )
}

/** The address of a page, about this child. */
export const pathOf = ({ path }: Pick<Page, 'path'>, child: Child | undefined): string => path.replace(':child', child?.id ?? '')
