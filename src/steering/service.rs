//! The operations of the service, each told to the function that does it.

use soapstone::service::{Context, Failure};
use soapstone_contracts::gateway::flow_service::{
    DrainFlowFault, EditDeliveryFault, FlowService, GiveUpDeliveryFault, ListFlowsFault,
    PauseFlowFault, ReadDeliveryFault, ReloadFault, ReplayDeliveriesFault, ResolveDeliveryFault,
    ResumeFlowFault, SearchDeliveriesFault, ShowFlowFault, TryFlowFault,
};
use soapstone_contracts::gateway::gateway::{
    DrainFlow, DrainFlowResponse, EditDelivery, EditDeliveryResponse, GiveUpDelivery,
    GiveUpDeliveryResponse, ListFlows, ListFlowsResponse, PauseFlow, PauseFlowResponse,
    ReadDelivery, ReadDeliveryResponse, Reload, ReloadResponse, ReplayDeliveries,
    ReplayDeliveriesResponse, ResolveDelivery, ResolveDeliveryResponse, ResumeFlow,
    ResumeFlowResponse, SearchDeliveries, SearchDeliveriesResponse, ShowFlow, ShowFlowResponse,
    TryFlow, TryFlowResponse,
};

use crate::store::progress::Mode;

use super::{LAST, Steering};

impl FlowService for Steering {
    async fn list_flows(
        &self,
        _context: &Context,
        _request: ListFlows,
    ) -> Result<ListFlowsResponse, Failure<ListFlowsFault>> {
        let mut session = self.begin(false).await?;
        let flow = self.flows(&mut session, None).await?;
        Ok(ListFlowsResponse { flow })
    }

    async fn show_flow(
        &self,
        _context: &Context,
        request: ShowFlow,
    ) -> Result<ShowFlowResponse, Failure<ShowFlowFault>> {
        let last = request.last.as_ref().map_or(LAST, |last| *last.get());
        Ok(self.show(request.name.get(), last).await?)
    }

    async fn pause_flow(
        &self,
        _context: &Context,
        request: PauseFlow,
    ) -> Result<PauseFlowResponse, Failure<PauseFlowFault>> {
        let flow = self.set_mode(request.name.get(), Mode::Paused).await?;
        Ok(PauseFlowResponse { flow })
    }

    async fn resume_flow(
        &self,
        _context: &Context,
        request: ResumeFlow,
    ) -> Result<ResumeFlowResponse, Failure<ResumeFlowFault>> {
        let flow = self.set_mode(request.name.get(), Mode::Running).await?;
        Ok(ResumeFlowResponse { flow })
    }

    async fn drain_flow(
        &self,
        _context: &Context,
        request: DrainFlow,
    ) -> Result<DrainFlowResponse, Failure<DrainFlowFault>> {
        let flow = self.set_mode(request.name.get(), Mode::Draining).await?;
        Ok(DrainFlowResponse { flow })
    }

    async fn try_flow(
        &self,
        _context: &Context,
        request: TryFlow,
    ) -> Result<TryFlowResponse, Failure<TryFlowFault>> {
        Ok(self.try_out(&request).await?)
    }

    async fn reload(
        &self,
        _context: &Context,
        _request: Reload,
    ) -> Result<ReloadResponse, Failure<ReloadFault>> {
        Ok(Steering::reload(self).await?)
    }

    async fn search_deliveries(
        &self,
        _context: &Context,
        request: SearchDeliveries,
    ) -> Result<SearchDeliveriesResponse, Failure<SearchDeliveriesFault>> {
        Ok(self.search(&request).await?)
    }

    async fn read_delivery(
        &self,
        _context: &Context,
        request: ReadDelivery,
    ) -> Result<ReadDeliveryResponse, Failure<ReadDeliveryFault>> {
        Ok(self.read(request.id).await?)
    }

    async fn replay_deliveries(
        &self,
        _context: &Context,
        request: ReplayDeliveries,
    ) -> Result<ReplayDeliveriesResponse, Failure<ReplayDeliveriesFault>> {
        let count = self.replay(&request).await?;
        Ok(ReplayDeliveriesResponse { count })
    }

    async fn edit_delivery(
        &self,
        _context: &Context,
        request: EditDelivery,
    ) -> Result<EditDeliveryResponse, Failure<EditDeliveryFault>> {
        Ok(self.edit(request.id, &request.message).await?)
    }

    async fn give_up_delivery(
        &self,
        _context: &Context,
        request: GiveUpDelivery,
    ) -> Result<GiveUpDeliveryResponse, Failure<GiveUpDeliveryFault>> {
        Ok(self.give_up(request.id, request.reason.get()).await?)
    }

    async fn resolve_delivery(
        &self,
        _context: &Context,
        request: ResolveDelivery,
    ) -> Result<ResolveDeliveryResponse, Failure<ResolveDeliveryFault>> {
        Ok(self.resolve(&request).await?)
    }
}
