using Insp1r.Gateway.Proxy;
using Insp1r.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddSigningKeysFromAuthority();
builder.Services.AddServiceProxy(builder.Configuration);

var app = builder.Build();
app.UseServiceDefaults();
app.MapServiceProxy();
app.Run();
