import { createRouter, createWebHistory } from 'vue-router';
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
      { path: '/install', name: 'install', component: () => import('./pages/InstallPage.vue'), meta: { isBare: true, worksOffline: true } },
      { path: '/:rest(.*)*', name: 'not-found', component: () => import('./pages/NotFoundPage.vue') },
    ],
  });
  router.beforeEach(async (to) => {
    if (to.meta['isPublic'] === true) return true;
    const state = await useSessionStore().ensure();
    // An installer in a stairwell fills in the form without a network; sending it asks for the session.
    if (state === 'in' || (state === 'unreachable' && to.meta['worksOffline'] === true)) return true;
    return { name: 'sign-in', query: { ...(state === 'unreachable' ? { reason: 'unreachable' } : {}), ...(to.fullPath === '/' ? {} : { return: to.fullPath }) } };
  });
  return router;
}
