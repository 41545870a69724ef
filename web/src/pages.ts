import { type ComponentType, lazy } from 'react'
import { type IconName } from './shell/icons'
import type { Child, Me, Role } from './session/Me.graphql'
import { staffTexts } from './texts'

interface Page {
  /** `:child` stands for the child whom the page is about, and whom it finds with `useChild`. */
  path: string
  Page: ComponentType
  /** Its place in the navigation, if it has one, and for which roles; everybody's if it names none. */
  place?: {
    label: 'nav.today' | 'diary.title' | 'diary.marks' | 'nav.meals' | 'nav.passes' | 'nav.record' | 'nav.account' | 'gradebook.lessons' | 'gradebook.courses' | 'gate.title' | 'inside.title' | 'devices.title' | 'till.title' | 'app.name' | 'office.people' | 'office.cards' | 'office.invitations' | 'statistics.title' | 'substitutions.title' | 'office.rules'
    icon: IconName
    roles?: readonly Role[]
    /** Wanted less often: a phone, which has room for five, puts it behind "more". */
    aside?: true
  }
}

const FAMILY: readonly Role[] = ['GUARDIAN', 'PUPIL']
const TEACHERS: readonly Role[] = ['TEACHER']
const OFFICE: readonly Role[] = ['OFFICE', 'HEAD']
const OTHERS: readonly Role[] = ['DISTRICT']
const WATCHERS: readonly Role[] = ['GUARD', ...OFFICE]

/** A page with the texts that are the staff's alone: `texts/staff.*.json`. */
const ofTheStaff = <Props,>(load: () => Promise<{ default: ComponentType<Props> }>) => lazy(async () => (await Promise.all([load(), staffTexts()]))[0])

/** Where a phone shows the places for which it has no room. */
export const MORE = '/more'

/** Every page: where it is, and in whose navigation. Each is loaded when it is first wanted. The first that is for somebody is where they begin. */
export const PAGES: readonly Page[] = [
  { path: '/children/:child/today', Page: lazy(() => import('./pages/today/Today')), place: { label: 'nav.today', icon: 'day', roles: FAMILY } },
  { path: '/children/:child/diary', Page: lazy(() => import('./pages/diary/Diary')), place: { label: 'diary.title', icon: 'book', roles: FAMILY } },
  { path: '/children/:child/homework', Page: lazy(() => import('./pages/homework/Homework')) },
  { path: '/children/:child/marks', Page: lazy(() => import('./pages/marks/Marks')), place: { label: 'diary.marks', icon: 'star', roles: FAMILY } },
  { path: '/children/:child/meals', Page: lazy(() => import('./pages/meals/Meals')), place: { label: 'nav.meals', icon: 'bag', roles: FAMILY } },
  { path: '/children/:child/passes', Page: lazy(() => import('./pages/passes/Passes')), place: { label: 'nav.passes', icon: 'enter', roles: FAMILY, aside: true } },
  { path: '/children/:child/record', Page: lazy(() => import('./pages/record/Record')), place: { label: 'nav.record', icon: 'eye', roles: FAMILY, aside: true } },
  { path: '/lessons', Page: ofTheStaff(() => import('./pages/lessons/Lessons')), place: { label: 'gradebook.lessons', icon: 'day', roles: TEACHERS } },
  { path: '/courses', Page: ofTheStaff(() => import('./pages/courses/Courses')), place: { label: 'gradebook.courses', icon: 'book', roles: TEACHERS } },
  { path: '/courses/:course', Page: ofTheStaff(() => import('./pages/gradebook/Gradebook')) },
  { path: '/till', Page: ofTheStaff(() => import('./pages/till/Till')), place: { label: 'till.title', icon: 'bag', roles: ['CANTEEN'] } },
  { path: '/till/:till', Page: ofTheStaff(() => import('./pages/till/Till')) },
  { path: '/people', Page: ofTheStaff(() => import('./pages/people/People')), place: { label: 'office.people', icon: 'people', roles: OFFICE } },
  { path: '/people/:person', Page: ofTheStaff(() => import('./pages/person/Person')) },
  { path: '/people/:person/photo', Page: ofTheStaff(() => import('./pages/photo/Photo')) },
  { path: '/people/:person/record', Page: ofTheStaff(() => import('./pages/person/PersonRecord')) },
  { path: '/cards', Page: ofTheStaff(() => import('./pages/desk/IssueToClass')), place: { label: 'office.cards', icon: 'card', roles: ['OFFICE'] } },
  { path: '/invitations', Page: ofTheStaff(() => import('./pages/invitations/Invitations')), place: { label: 'office.invitations', icon: 'letter', roles: ['OFFICE'] } },
  { path: '/substitutions', Page: ofTheStaff(() => import('./pages/substitutions/Substitutions')), place: { label: 'substitutions.title', icon: 'day', roles: OFFICE } },
  { path: '/statistics', Page: ofTheStaff(() => import('./pages/statistics/Statistics')), place: { label: 'statistics.title', icon: 'bars', roles: OFFICE } },
  { path: '/rules', Page: ofTheStaff(() => import('./pages/rules/Rules')), place: { label: 'office.rules', icon: 'key', roles: OFFICE, aside: true } },
  { path: '/home', Page: lazy(() => import('./pages/home/Home')), place: { label: 'app.name', icon: 'home', roles: OTHERS } },
  { path: '/gate', Page: ofTheStaff(() => import('./pages/gate/Gate')), place: { label: 'gate.title', icon: 'enter', roles: WATCHERS } },
  { path: '/inside', Page: ofTheStaff(() => import('./pages/inside/Inside')), place: { label: 'inside.title', icon: 'home', roles: [...WATCHERS, ...TEACHERS] } },
  { path: '/devices', Page: ofTheStaff(() => import('./pages/devices/Devices')), place: { label: 'devices.title', icon: 'pulse', roles: OFFICE } },
  { path: '/account', Page: lazy(() => import('./pages/account/Account')), place: { label: 'nav.account', icon: 'person', aside: true } },
  { path: MORE, Page: lazy(() => import('./pages/more/More')) },
]

/** Where somebody comes with a code that the office has printed, signed in or not; whoever has a login may `enter` first, and is there again. */
export const WITH_A_CODE: Readonly<Record<string, ComponentType<{ enter: () => void }>>> = {
  '/invite': ofTheStaff(() => import('./pages/invitation/Invitation')),
  '/password': ofTheStaff(() => import('./pages/invitation/NewPassword')),
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
