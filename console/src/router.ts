import type { Serves } from '@liandong/protocols';
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router';
import { firstSection } from './operations/sections.js';
import OverviewPage from './pages/OverviewPage.vue';
import { useSessionStore } from './stores/session.js';

/** Pages of the console; all but signing in need a session. */
export function createConsoleRouter() {
  const router = createRouter({
    history: createWebHistory(),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/sign-in', name: 'sign-in', component: () => import('./pages/SignInPage.vue'), meta: { isPublic: true } },
      { path: '/', name: 'overview', component: OverviewPage },
      { path: '/alerts', name: 'alerts', component: () => import('./pages/AlertsPage.vue') },
      { path: '/alerts/:id', name: 'alert', component: () => import('./pages/AlertPage.vue') },
      { path: '/devices', name: 'devices', component: () => import('./pages/DevicesPage.vue') },
      { path: '/devices/:id', name: 'device', component: () => import('./pages/DevicePage.vue') },
      {
        path: '/operations', component: () => import('./pages/OperationsPage.vue'),
        children: [
          // Not a redirect: those are resolved before it is known who is signed in.
          { path: '', name: 'operations', component: () => import('./pages/NotFoundPage.vue'), beforeEnter: () => ({ name: firstSection(useSessionStore().session?.role) ?? 'overview' }) },
          { path: 'rules', name: 'rules', component: () => import('./pages/operations/RulesPage.vue'), meta: { section: 'rules' } },
          // Not below the rules, where a rule may have any id, `new` too.
          { path: 'new-rule', name: 'new-rule', component: () => import('./pages/operations/RulePage.vue'), meta: { section: 'rules' } },
          { path: 'rules/:id', name: 'rule', component: () => import('./pages/operations/RulePage.vue'), meta: { section: 'rules' } },
          { path: 'shifts', name: 'shifts', component: () => import('./pages/operations/ShiftsPage.vue'), meta: { section: 'shifts' } },
          { path: 'policies', name: 'policies', component: () => import('./pages/operations/PoliciesPage.vue'), meta: { section: 'policies' } },
          { path: 'calendar', name: 'calendar', component: () => import('./pages/operations/CalendarPage.vue'), meta: { section: 'calendar' } },
          { path: 'maintenance', name: 'maintenance', component: () => import('./pages/operations/MaintenancePage.vue'), meta: { section: 'maintenance' } },
          { path: 'channels', name: 'channels', component: () => import('./pages/operations/ChannelsPage.vue'), meta: { section: 'channels' } },
          { path: 'handover', name: 'handover', component: () => import('./pages/operations/HandoverPage.vue'), meta: { section: 'handover' } },
          { path: 'kpi', name: 'kpi', component: () => import('./pages/operations/KpiPage.vue'), meta: { section: 'kpi' } },
        ],
      },
      { path: '/city', name: 'city', component: () => import('./pages/CityPage.vue'), meta: { isBare: true } },
      { path: '/install', name: 'install', component: () => import('./pages/InstallPage.vue'), meta: { isBare: true, worksOffline: true } },
      { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue') },
    ],
  });
  router.beforeEach(async (to) => {
    if (to.meta['isPublic'] === true) return true;
    const state = await useSessionStore().ensure();
    // An installer in a stairwell fills in the form without a network; sending it asks for the session.
    if (state === 'in') return onItsServer(to, useSessionStore().serves);
    if (state === 'unreachable' && to.meta['worksOffline'] === true) return true;
    return { name: 'sign-in', query: { ...(state === 'unreachable' ? { reason: 'unreachable' } : {}), ...(to.fullPath === '/' ? {} : { return: to.fullPath }) } };
  });
  return router;
}

/** A city has one page, and a sub-district's hub all others. */
function onItsServer(to: RouteLocationNormalized, serves: Serves): boolean | RouteLocationRaw {
  if (serves === 'city') return to.name === 'city' || { name: 'city' };
  return to.name !== 'city' || { name: 'overview' };
}
