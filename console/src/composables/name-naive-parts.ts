import { NBaseClose, NBaseLoading, NInternalSelection } from 'naive-ui/es/_internal';
import { getCurrentInstance, onMounted, watchEffect } from 'vue';
import { i18n } from '../i18n.js';

/*
 * Two parts of Naive UI have an English `aria-label` that neither its locale nor a property reaches: the cross of a dialog or a tag, and the turning wheel, which stands in every select and says that it
 * loads also while it doesn't. Each is named here once it stands, in the language in use.
 */
const { t } = i18n.global;
/** Of ids given. */
let count = 0;
whileItStands(NBaseClose, (close) => { close.setAttribute('aria-label', t(close.closest('.n-tag') === null ? 'ops.close' : 'ruleForm.remove')); });
whileItStands(NBaseLoading, (wheel, { show = true }) => { wheel.setAttribute('aria-label', t('ops.loading')); wheel.setAttribute('aria-hidden', String(!show)); });

/*
 * What has the focus in a select is a part within it, to a screen reader one without kind or name. It is made a combobox, and named after its select's `aria-label`, or else the group's around it; by
 * reference, so that the name follows.
 */
whileItStands(NInternalSelection, (select, { active = false }) => {
  const named = select.closest('.n-select[aria-label], .n-tree-select[aria-label]') ?? select.closest('[role=group][aria-label]');
  const box = select.querySelector('.n-base-selection-label, .n-base-selection-tags');
  for (const [name, value] of [['role', 'combobox'], ['aria-haspopup', 'listbox'], ['aria-expanded', String(active)]] as const) box?.setAttribute(name, value);
  if (named !== null) for (const part of [box, select.querySelector('input')]) part?.setAttribute('aria-labelledby', named.id ||= `named-${++count}`);
});

interface Props { readonly show?: boolean; readonly active?: boolean }
type Setup = (props: Props, context: unknown) => unknown;

/** Runs `name` on the part's one root element, and again whenever what it read is another. */
function whileItStands(part: object, name: (element: Element, props: Props) => void): void {
  const open = part as { setup?: Setup }; // each of both is an object with `setup`
  const { setup } = open;
  open.setup = (props, context) => {
    const self = getCurrentInstance();
    onMounted(() => { watchEffect(() => { if (self?.vnode.el instanceof Element) name(self.vnode.el, props); }); });
    return setup?.(props, context);
  };
}
