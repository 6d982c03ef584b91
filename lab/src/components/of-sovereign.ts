/** The programs of a Sovereign that answer behind Services. */
import type { ReconcileContext } from '../controllers/reconciler.js';
import type { LabWorld } from '../controllers/world.js';
import { catalystPlatform } from './catalyst/platform.js';
import type { Component } from './component.js';
import { gitea } from './gitea.js';
import { harbor } from './harbor.js';
import { keycloak } from './keycloak.js';
import { notificationController } from './notification.js';
import type { OpenBao } from './openbao.js';
import { powerdns } from './powerdns.js';
import type { Telemetry } from './telemetry.js';

export function sovereignComponents(of: {
  lab: () => ReconcileContext;
  world: LabWorld;
  openbao: OpenBao;
  telemetry: Telemetry;
}): Component[] {
  const { lab, world, openbao, telemetry } = of;
  return [
    gitea(lab, world.cacheDir),
    keycloak(),
    openbao,
    harbor(),
    ...telemetry.components,
    powerdns,
    notificationController,
    catalystPlatform,
  ];
}
